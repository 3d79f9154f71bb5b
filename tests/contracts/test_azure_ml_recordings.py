"""The check against Azure's published descriptions accepts what the real service once said, but for a known list."""

import json
from pathlib import Path

import pytest

from bench.azure_ml_standin.contract import Contract

REST = Path(__file__).resolve().parents[3] / "shared" / "azure-ml-rest"
RECORDINGS = sorted((REST / "recordings").glob("*.json"))
KNOWN = {
    "computes_PUT_201": "answer.properties.properties.allocationState: is null",
    "datastores_GET_200": "answer.properties.credentials.secrets: is missing",
    "datastores_GET_200_list": "answer.value[0].properties.credentials.secrets: is missing",
    "datastores_PUT_200": "answer.properties.credentials.secrets: is missing",
    "datastores_PUT_201": "answer.properties.credentials.secrets: is missing",
    "discovery_GET_200": "GET /discovery: no such operation",
    "history_POST_200_rundata": "POST /history/v1.0/",
    "jobs_GET_200": "answer.properties: is missing",
    "jobs_GET_200_AutoML_Failed": "answer.properties.taskDetails.sweepSettings.limits: is not known",
    "jobs_GET_200_AutoML_Running": "answer.properties.taskDetails.sweepSettings.limits: is not known",
    "jobs_PUT_201_AutoML_NotStarted": "request.properties.taskDetails.sweepSettings.limits: is not known",
    "jobs_PUT_201_Sweep_Running": "request.properties.objective.goal: 'maximize' is not one of Minimize, Maximize",
    "workspace_GET_200": "answer.properties.imageBuildCompute: is null",
}
"""Where the real service, or its SDK, is not as its own description says."""

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="the published descriptions are not beside this repository")


@pytest.fixture(scope="module")
def contract():
    return Contract(REST)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda file: file.stem)
def test_a_recorded_exchange_is_accepted_or_known_to_differ(contract, recording):
    told = json.loads(recording.read_text())

    problems = contract.check_answer(told["method"], told["uri"], told["status"], told["response"])
    if told["request"] is not None:
        problems = contract.check_request(told["method"], told["uri"], told["request"]) + problems

    if recording.stem in KNOWN:
        assert problems[0].startswith(KNOWN[recording.stem])
    else:
        assert problems == []


def _command_job():
    return json.loads((REST / "recordings" / "jobs_PUT_201_Command_Starting.json").read_text())


def _broken(change):
    told = _command_job()
    change(told["request"]["properties"])
    return told["method"], told["uri"], told["request"]


def test_a_field_that_nobody_knows_is_found(contract):
    assert contract.check_request(*_broken(lambda job: job.update(secretSauce="x"))) == [
        "request.properties.secretSauce: is not known"
    ]


def test_a_field_that_only_the_service_writes_is_found(contract):
    assert contract.check_request(*_broken(lambda job: job.update(status="Completed"))) == [
        "request.properties.status: only the service may write it"
    ]


def test_a_missing_field_is_found(contract):
    assert contract.check_request(*_broken(lambda job: job.pop("environmentId"))) == [
        "request.properties.environmentId: is missing"
    ]


def test_an_unknown_kind_of_job_is_found(contract):
    (problem,) = contract.check_request(*_broken(lambda job: job.update(jobType="Sorcery")))

    assert problem.startswith("request.properties.jobType: 'Sorcery' is not one of AutoML, Command")


def test_the_kind_of_an_input_decides_what_it_may_hold(contract):
    def give_a_literal_an_address(job):
        job["inputs"]["uri"] = {"jobInputType": "literal", "value": "1", "uri": "azureml://x"}

    assert contract.check_request(*_broken(give_a_literal_an_address)) == [
        "request.properties.inputs.uri.uri: is not known"
    ]


def test_null_is_found_where_it_may_not_be(contract):
    assert contract.check_request(*_broken(lambda job: job.update(experimentName=None))) == [
        "request.properties.experimentName: is null"
    ]


def test_an_address_that_is_none_is_found(contract):
    told = _command_job()

    assert contract.check_request("PUT", told["uri"].replace("/jobs/", "/toil/"), {}) == [
        f"PUT {told['uri'].replace('/jobs/', '/toil/').partition('?')[0].removeprefix('https://management.azure.com')}"
        ": no such operation"
    ]
