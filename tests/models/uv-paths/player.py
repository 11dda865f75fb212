def main(): print(440)
