"""What every team has without writing it: varying deadlines, tasks, who is known.

Pure. Floor 2: it stands on `domain`.
"""
