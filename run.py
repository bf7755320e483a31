"""Materials pathways: ``python run.py --help``."""

from pathlib import Path

from model.cli import start

if __name__ == "__main__":
    start(Path(__file__).parent)
