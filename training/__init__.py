"""The code that runs inside a job, in Azure ML or as a local process: files in, files out, nothing of Headrace."""
