from dataclasses import dataclass


@dataclass
class Settings:
    steps: int = 20
    MAX = 99


settings = Settings(steps=30)
