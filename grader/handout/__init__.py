"""The student's side: the notebook that is handed out, and the checks that come with it."""
