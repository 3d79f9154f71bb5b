"""The sides of the weekly-shipments job: each a program `python -m bench.conditioning.sides.NAME INPUT FOLDER`."""
