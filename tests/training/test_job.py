"""What a job may say, and the errors for what it may not."""

import json

import pytest

from tests.training.small_world import job_document, write_job
from training.__main__ import BAD_JOB, main
from training.job import JobError, Settings, parse_job, read_job


def test_a_whole_job_is_read_with_its_defaults():
    job = parse_job(job_document(settings={"holdout_weeks": 8}))

    assert job.settings == Settings(holdout_weeks=8)
    assert job.monday.isoformat() == "2021-05-17"
    assert job.segments[0].mover == "slow"
    assert job.baselines[0].mover is None


SEGMENT = {"id": "a", "region": "r", "store_format": "f", "mover": "m"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "schema: 2"),
        ({"kind": "tune"}, "kind: 'tune'"),
        ({"run": ""}, "run: must be a text"),
        ({"week": "2021W54"}, "week: '2021W54'"),
        ({"week": "soon"}, "week: 'soon'"),
        ({"as_of": "2021-05-17"}, "as_of: '2021-05-17' is not 2021-05-16"),
        ({"segments": {}}, "segments: must be a list"),
        ({"segments": ["texas"]}, r"segments\[0\]: must be an object"),
        ({"segments": [{**SEGMENT, "mover": None}]}, r"segments\[0\].mover"),
        ({"segments": [{**SEGMENT, "id": "../../etc"}]}, r"segments\[0\].id: '../../etc' cannot name a folder"),
        ({"segments": [{**SEGMENT, "id": "a/b"}]}, r"segments\[0\].id"),
        ({"segments": [SEGMENT, SEGMENT]}, r"segments\[1\].id: 'a' stands twice"),
        ({"baselines": [{"id": "b", "region": "r"}]}, r"baselines\[0\].store_format"),
        ({"models": []}, "models: must be an object"),
        ({"models": {"elsewhere": "champion"}}, "models.elsewhere: is not the id"),
        ({"models": {"texas-large-slow": "last-good"}}, "models.texas-large-slow: 'last-good' is no role of a train"),
        ({"settings": []}, "settings: must be an object"),
        ({"settings": {"target": "dollars"}}, "settings.target: 'dollars'"),
        ({"settings": {"holdout_weeks": 0}}, "settings.holdout_weeks: 0"),
        ({"settings": {"seed": True}}, "settings.seed: True"),
        ({"settings": {"depth": 3}}, "settings.depth: is not a setting"),
    ],
)
def test_a_wrong_field_is_named(changes, message):
    with pytest.raises(JobError, match=message):
        parse_job(job_document(**changes))


@pytest.mark.parametrize("field", ["run", "fleet", "shard", "code_version", "dataset_version", "segments", "baselines"])
def test_a_missing_field_is_named(field):
    document = job_document()
    del document[field]

    with pytest.raises(JobError, match=field):
        parse_job(document)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"schema": NaN}', "[" * 100_000])
def test_a_file_that_holds_no_job_is_an_error(tmp_path, text):
    (tmp_path / "job.json").write_text(text)

    with pytest.raises(JobError):
        read_job(tmp_path / "job.json")


def test_the_command_names_the_wrong_field_and_leaves_no_results(tmp_path, capsys):
    (tmp_path / "tables").mkdir()
    document = job_document(kind="tune")
    (tmp_path / "job.json").write_text(json.dumps(document))

    code = main(["--job", str(tmp_path / "job.json"), "--inputs", str(tmp_path), "--out", str(tmp_path / "out")])

    assert code == BAD_JOB
    assert capsys.readouterr().err.startswith("kind: 'tune'")
    assert not (tmp_path / "out").exists()


def test_inputs_without_tables_are_named(tmp_path, capsys):
    job = write_job(tmp_path / "job.json")

    code = main(["--job", str(job), "--inputs", str(tmp_path), "--out", str(tmp_path / "out")])

    assert code == BAD_JOB
    assert capsys.readouterr().err.startswith("--inputs: there is no folder")
