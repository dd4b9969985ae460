"""`python -m app.cli` is `gatami`."""

from app.cli import main

main()
