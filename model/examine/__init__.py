"""The examiner: a second statement of every rule, written from the math in numpy, blind to how a result was found."""

from model.examine.certificate import Certificate, Terms
from model.examine.ledgers import differing, ledgers
from model.examine.twins import TWINS
from model.examine.verdict import examine

__all__ = ["TWINS", "Certificate", "Terms", "differing", "examine", "ledgers"]
