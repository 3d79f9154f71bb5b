"""Azure ML: the runs, the registry and the checks of a workspace. Jobs are Azure ML's word for our runs."""
