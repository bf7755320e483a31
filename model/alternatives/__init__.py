"""Which decisions are robust? Plans that are nearly as good as the best one, and what they have in common."""

from model.alternatives.explore import Known, Terms, bits_of, explore
from model.alternatives.study import Verdict, distances, restored, study_of, verdicts

__all__ = ["Known", "Terms", "Verdict", "bits_of", "distances", "explore", "restored", "study_of", "verdicts"]
