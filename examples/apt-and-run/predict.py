"""Tells how long a sound is."""

import soundfile
from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(self, sound: Path = Input(description="A sound file")) -> float:
        """Run one prediction."""
        return soundfile.info(str(sound)).duration
