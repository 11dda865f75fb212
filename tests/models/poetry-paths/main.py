import tones
print(tones.A4)
