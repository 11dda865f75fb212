import tones
