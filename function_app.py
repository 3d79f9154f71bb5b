"""The function app: its blueprints, and nothing else."""

import azure.durable_functions as df
import azure.functions as func

from conditioners.blueprint import bp as conditioners
from orchestrators.blueprint import bp as orchestrators

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(conditioners)
app.register_functions(orchestrators)
