class Shared:
    def log(self): pass

