// The command line is the library `Commands`; this is only its entry.
internal import Commands
internal import Glibc

exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
