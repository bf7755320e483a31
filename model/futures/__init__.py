"""Futures: what is not known about the facts, plans under many draws of it, and what of the conclusions survives."""
