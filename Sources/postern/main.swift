// The command line is the library `Commands`; this is only its entry.
