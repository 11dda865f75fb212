"""Tells how long a sound is."""

import soundfile
from cog import BaseRunner, Input, Path

# One of the commands in cog.yaml makes it.
TONE = "/usr/local/share/tones/a4.wav"


class Runner(BaseRunner):
    def run(self, sound: Path | None = Input(description="A sound file; a tone by default", default=None)) -> float:
        """Run one prediction."""
        return soundfile.info(str(sound or TONE)).duration
