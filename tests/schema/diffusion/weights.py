class WeightsDownloadCache:
    def __init__(self): self.x = {}
