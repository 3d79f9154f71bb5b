"""The rules that rejected rows have broken, by their names in the quarantine; checks have further ones of their own."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """What is wrong with a row: with one of its cells, with its key, or with the row as a whole."""

    MISSING = "missing"
    UNDECODABLE = "undecodable"
    BAD_FORMAT = "bad_format"
    NOT_ALLOWED = "not_allowed"
    NOT_A_DAY = "not_a_day"
    NOT_A_MOMENT = "not_a_moment"
    NOT_A_NUMBER = "not_a_number"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    TOO_LARGE = "too_large"
    TOO_MANY_PLACES = "too_many_places"
    TOO_SMALL = "too_small"
    WRONG_WEEKDAY = "wrong_weekday"

    KEY_CONFLICT = "key_conflict"
    LEFT_OUT = "left_out"
    """By a source's hook."""
    LABELS = "labels"
    """The row holds nothing but labels of columns."""

    GIVEN_TWICE = "given_twice"
    INVALID_MESSAGE = "invalid_message"
    INVALID_TRANSACTION_SET = "invalid_transaction_set"
    NO_PAIRS = "no_pairs"
    NOT_A_LIST = "not_a_list"
    NOT_AN_OBJECT = "not_an_object"
    NOT_JSON = "not_json"
    STRAY_QUOTE = "stray_quote"
    UNKNOWN_KEY = "unknown_key"
    UNTERMINATED_QUOTE = "unterminated_quote"
    WRONG_ENVELOPE = "wrong_envelope"
    WRONG_FIELD_COUNT = "wrong_field_count"
    WRONG_GROUP = "wrong_group"
    WRONG_KEYS = "wrong_keys"
    WRONG_WIDTH = "wrong_width"
