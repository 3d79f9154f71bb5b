"""An app with timer, blob and event triggers that writes what happened into the file that TRIGGER_LOG names."""

import json
import os

import azure.durable_functions as df
import azure.functions as func
import azurefunctions.extensions.base as base

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


def note(**told):
    with open(os.environ["TRIGGER_LOG"], "a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


class BlobRef(base.SdkType):
    """A blob by container and name, without its content."""

    def __init__(self, *, data):
        super().__init__()
        self.told = json.loads(data.content)
        self.version, self.source, self.content_type = data.version, data.source, data.content_type

    def get_sdk_type(self):
        return self


class BlobRefConverter(base.InConverter, binding="blob", trigger="blobTrigger"):
    @classmethod
    def check_input_type_annotation(cls, pytype):
        return issubclass(pytype, BlobRef)

    @classmethod
    def decode(cls, data, *, trigger_metadata, pytype):
        assert data.type == "model_binding_data", data.type
        return pytype(data=data.value).get_sdk_type()


@app.blob_trigger(arg_name="blob", path="raw/{source}/{name}.csv", connection="AzureWebJobsStorage", source="EventGrid")
def referenced(blob: BlobRef):
    note(function="referenced", **blob.told, version=blob.version, source=blob.source, content_type=blob.content_type)


@app.blob_trigger(arg_name="blob", path="%STREAM_CONTAINER%/{name}.txt", connection="AzureWebJobsStorage")
def streamed(blob: func.InputStream):
    note(function="streamed", name=blob.name, length=blob.length, content=blob.read().decode(), uri=blob.uri)


@app.blob_trigger(arg_name="blob", path="bad/{name}", connection="AzureWebJobsStorage")
def always_fails(blob: func.InputStream):
    note(function="always_fails", name=blob.name)
    raise ValueError("cannot read this")


@app.blob_trigger(arg_name="blob", path="copied/{name}", connection="AzureWebJobsStorage")
@app.blob_output(arg_name="copy", path="copies/{name}.copy", connection="AzureWebJobsStorage")
def copies(blob: func.InputStream, copy: func.Out[bytes]):
    copy.set(blob.read())


@app.timer_trigger(arg_name="timer", schedule="%TICK_SCHEDULE%", run_on_startup=False)
def tick(timer: func.TimerRequest):
    note(function="tick", past_due=timer.past_due, status=timer.schedule_status)


@app.event_grid_trigger(arg_name="event")
def heard(event: func.EventGridEvent):
    note(function="heard", id=event.id, subject=event.subject, data=event.get_json())


@app.route(route="echo/{word}/{number:int?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    told = {
        "word": req.route_params["word"],
        "number": req.route_params.get("number"),
        "params": dict(req.params),
        "body": req.get_body().decode(),
        "method": req.method,
        "function": context.function_name,
        "agent": req.headers.get("x-agent"),
    }
    return func.HttpResponse(json.dumps(told), status_code=201, mimetype="application/json", headers={"x-said": "yes"})


@app.route(route="nothing", auth_level=func.AuthLevel.ANONYMOUS)
def nothing(req: func.HttpRequest):
    return None


@app.route(route="admin-only", auth_level=func.AuthLevel.ADMIN)
def admin_only(req: func.HttpRequest) -> str:
    return "for the master"


@app.route(route="flaky")
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
def flaky(req: func.HttpRequest, context: func.Context) -> str:
    note(function="flaky", retry=context.retry_context.retry_count)
    if context.retry_context.retry_count < 2:
        raise RuntimeError("not yet")
    return "third time"


@app.route(route="run/{name}")
@app.durable_client_input(client_name="client")
async def run(req: func.HttpRequest, client) -> func.HttpResponse:
    instance = await client.start_new(req.route_params["name"])
    return client.create_check_status_response(req, instance)


@app.orchestration_trigger(context_name="context")
def one_step(context):
    return (yield context.call_activity("step", 1))


@app.activity_trigger(input_name="value")
async def step(value):
    return value + 1
