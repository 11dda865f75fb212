"""Tells how long a sound is."""

import soundfile
from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(self, sound: Path = Input(description="A sound file")) -> float:
        """Run one prediction."""
        return soundfile.info(str(sound)).duration
