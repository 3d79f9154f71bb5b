"""Pandas: the whole file in one frame, as most would write it."""

from __future__ import annotations

import pandas as pd

from bench.conditioning.sides.answers import KEY_CONFLICT, NAMES, Bad, arguments, describe, finish

KEY = ["week_start", "store_id", "product_id"]


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    dollars = raw["dollars"].str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return pd.DataFrame(
        {
            "week_start": pd.to_datetime(raw["week_start"], format="%d.%m.%Y", errors="coerce"),
            "store_id": raw["store_id"], "product_id": raw["product_id"], "product": raw["product"],
            "units": pd.to_numeric(raw["units"].str.replace(".", "", regex=False), errors="coerce"),
            "dollars": pd.to_numeric(dollars, errors="coerce"),
        }
    )  # fmt: skip


def _faults(raw: pd.DataFrame, typed: pd.DataFrame) -> pd.Series:
    broken = [
        typed["week_start"].isna(), typed["week_start"].dt.day_of_week != 0, raw["store_id"] == "",
        ~raw["store_id"].str.fullmatch("[0-9]{5}"), typed["units"].isna(), typed["units"] < 0,
        typed["dollars"].isna() & (raw["dollars"] != "N/A"), typed["dollars"] < 0,
    ]  # fmt: skip
    fault = pd.Series(0, index=raw.index, dtype="uint8")
    for number, rule in reversed(list(enumerate(broken, 1))):
        fault = fault.mask(rule, number)
    return fault


def main() -> None:
    """Condition the input."""
    path, folder = arguments()
    raw = pd.read_csv(
        path, sep=";", encoding="latin-1", dtype=str, keep_default_na=False, names=NAMES, header=0, index_col=False
    ).iloc[:-1]
    typed = _typed(raw)
    fault = _faults(raw, typed)
    good = typed[fault == 0]
    repeated = good.duplicated(KEY)
    accepted, repeats = good[~repeated].copy(), good[repeated]
    both = repeats.reset_index().merge(accepted, on=NAMES)["index"]
    conflicts = repeats.index.difference(both)
    accepted["units"] = accepted["units"].astype("int64")
    accepted.to_csv(
        folder / "accepted.csv", index=False, date_format="%Y-%m-%d", float_format="%.2f", lineterminator="\n"
    )
    bad: list[Bad] = [(int(record), KEY_CONFLICT, None) for record in conflicts]
    columns = ["", "week_start", "week_start", "store_id", "store_id", "units", "units", "dollars", "dollars"]
    for record, number in fault[fault > 0].items():
        bad.append((int(record), int(number), raw.at[record, columns[number]]))  # type: ignore[call-overload]
    broken = raw.index[raw["product"].str.contains("\n", regex=False)].to_list()
    finish(path, folder, bad, broken, len(both), len(accepted), {name: _describe(accepted[name]) for name in NAMES})


def _describe(column: pd.Series) -> dict[str, object]:
    least, most = column.min(), column.max()
    if column.name == "week_start":
        least, most = least.date(), most.date()
    if column.name == "dollars":
        least, most = f"{least:.2f}", f"{most:.2f}"
    return describe(int(column.isna().sum()), least, most)


if __name__ == "__main__":
    main()
