"""`python -m site_gen`."""

from site_gen.cli import main

main(prog_name="python -m site_gen")
