"""When a timer trigger is due: six-field NCRONTAB (day of month AND day of week) or a time span."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from embedded_host.functions.host_settings import SettingsError, parse_time_span

MONITORED_FROM = timedelta(minutes=1)
"""Schedules more frequent than this are not monitored: a missed tick is not made up for."""


class Schedule:
    """A timer trigger's schedule."""

    def __init__(self, text: str, zone: tzinfo = UTC) -> None:
        """Parse a schedule. Raises SettingsError."""
        self.text, self._zone = text, zone
        self._span: timedelta | None = None
        self._cron = ""
        fields = text.split()
        if len(fields) == 1:
            self._span = _span(text)
        elif len(fields) in (5, 6):
            self._cron = text if len(fields) == 6 else f"0 {text}"
            self._check_cron()
        else:
            raise SettingsError(f"The schedule '{text}' is neither a six-field cron expression nor a time span.")

    def _check_cron(self) -> None:
        try:
            self.next_after(datetime.now(UTC))
        except (CroniterError, ValueError) as error:
            raise SettingsError(f"The schedule '{self.text}' is invalid: {error}") from error

    def next_after(self, moment: datetime) -> datetime:
        """The first occurrence after a moment, in UTC."""
        if self._span is not None:
            return moment + self._span
        local = moment.astimezone(self._zone)
        following: datetime = croniter(
            self._cron, local, ret_type=datetime, day_or=False, second_at_beginning=True
        ).get_next(datetime)
        return following.astimezone(UTC)

    def is_frequent(self, now: datetime) -> bool:
        """Whether two occurrences lie less than a minute apart."""
        first = self.next_after(now)
        return self.next_after(first) - first < MONITORED_FROM


def zone_of(name: str | None) -> tzinfo:
    """The zone that the setting WEBSITE_TIME_ZONE names; UTC without one. Raises SettingsError."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"WEBSITE_TIME_ZONE: '{name}' is no time zone like Europe/Berlin.") from error


def _span(text: str) -> timedelta:
    if not re.fullmatch(r"[\d.:]+", text):
        raise SettingsError(f"The schedule '{text}' is neither a six-field cron expression nor a time span.")
    try:
        span = parse_time_span(text)
    except ValueError as error:
        raise SettingsError(f"The schedule '{text}' is invalid: {error}") from error
    if span <= timedelta(0):
        raise SettingsError(f"The schedule '{text}' must be longer than nothing.")
    return span
