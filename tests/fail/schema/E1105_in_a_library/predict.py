from library import Base


class Runner(Base):  # error: E1105
    def setup(self):
        pass
