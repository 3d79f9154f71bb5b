"""DuckDB: SQL from file to file; ORDER BY where the order of rows counts."""

from __future__ import annotations

import sys

sys.path.append(sys.argv[3])  # where the benchmark installed it

import duckdb

from bench.conditioning.sides.answers import FAULTS, KEY_CONFLICT, NAMES, Bad, arguments, describe, finish

TYPED = """
CREATE TABLE typed AS
WITH raw AS (
    SELECT row_number() OVER () - 1 AS record, * FROM read_csv($path, delim = ';', header = true, all_varchar = true,
        encoding = 'latin-1', quote = '"', escape = '"', nullstr = '', auto_detect = false, skip = 0, columns = {
        'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR', 'c3': 'VARCHAR', 'c4': 'VARCHAR', 'c5': 'VARCHAR'})
), parsed AS (
    SELECT record, c0, c1, c4, c5, CAST(try_strptime(c0, '%d.%m.%Y') AS DATE) AS week_start, c1 AS store_id,
        c2 AS product_id, c3 AS product, try_cast(replace(c4, '.', '') AS BIGINT) AS units,
        try_cast(replace(replace(c5, '.', ''), ',', '.') AS DECIMAL(18, 2)) AS dollars
    FROM raw WHERE c0 IS DISTINCT FROM 'Summe'
)
SELECT *, CASE
    WHEN week_start IS NULL THEN 1 WHEN isodow(week_start) <> 1 THEN 2 WHEN store_id IS NULL THEN 3
    WHEN NOT regexp_full_match(store_id, '[0-9]{5}') THEN 4 WHEN units IS NULL THEN 5 WHEN units < 0 THEN 6
    WHEN dollars IS NULL AND c5 <> 'N/A' THEN 7 WHEN dollars < 0 THEN 8 ELSE 0 END AS fault
FROM parsed
"""
REPEATS = """
CREATE TABLE repeats AS
SELECT t.record, t.product IS NOT DISTINCT FROM f.product AND t.units = f.units
    AND t.dollars IS NOT DISTINCT FROM f.dollars AS is_equal
FROM (SELECT week_start, store_id, product_id, min(record) AS record FROM typed WHERE fault = 0
      GROUP BY ALL HAVING count(*) > 1) AS firsts
JOIN typed AS t USING (week_start, store_id, product_id) JOIN typed AS f ON f.record = firsts.record
WHERE t.fault = 0 AND t.record <> firsts.record
"""
ACCEPTED = "FROM typed WHERE fault = 0 AND record NOT IN (SELECT record FROM repeats)"


def main() -> None:
    """Condition the input."""
    path, folder = arguments()
    base = duckdb.connect()
    base.execute(TYPED, {"path": str(path)})
    base.execute(REPEATS)
    names = ", ".join(NAMES)
    base.execute(f"COPY (SELECT {names} {ACCEPTED} ORDER BY record) TO '{folder}/accepted.csv' (HEADER, DELIMITER ',')")
    figures = ", ".join(f"count(*) - count({name}), min({name}), max({name})" for name in NAMES)
    rows, *found = base.execute(f"SELECT count(*), {figures} {ACCEPTED}").fetchall()[0]
    columns = {name: describe(*found[3 * at : 3 * at + 3]) for at, name in enumerate(NAMES)}
    bad: list[Bad] = [
        (record, KEY_CONFLICT, None)
        for (record,) in base.execute("SELECT record FROM repeats WHERE NOT is_equal").fetchall()
    ]
    cells = {"week_start": "c0", "store_id": "c1", "units": "c4", "dollars": "c5"}
    for number, (name, _) in enumerate(FAULTS[:-1]):
        if number:
            bad += base.execute(f"SELECT record, fault, {cells[name]} FROM typed WHERE fault = {number}").fetchall()
    broken = [
        row
        for (row,) in base.execute("SELECT record FROM typed WHERE contains(product, chr(10)) ORDER BY 1").fetchall()
    ]
    duplicates = base.execute("SELECT count(*) FROM repeats WHERE is_equal").fetchall()[0][0]
    finish(path, folder, bad, broken, duplicates, rows, columns)


if __name__ == "__main__":
    main()
