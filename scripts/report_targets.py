raise SystemExit("trial")
