import Glibc
import Ladder

do {
    try Ladder.run(Array(CommandLine.arguments.dropFirst()))
} catch {
    print("error: \(error)")
    exit(1)
}
