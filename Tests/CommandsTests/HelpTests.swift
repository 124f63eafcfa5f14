import ArgumentParser
import Testing

@testable import Commands

@Suite("The help of every verb")
struct HelpTests {
    private static var verbs: [any ParsableCommand.Type] {
        [PosternCommand.self] + PosternCommand.configuration.subcommands
    }

    @Test("it comes out as it is written: no line of it is broken, and its example can be pasted")
    func verbatim() {
        #expect(Self.verbs.count == 12)
        for verb in Self.verbs {
            let help = PosternCommand.helpMessage(for: verb, columns: CommandLineTool.helpColumns)
            let shown = help.split(separator: "\n", omittingEmptySubsequences: false)
            let name = verb.configuration.commandName ?? ""
            let written = verb.configuration.discussion.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(written.contains("Example:"), "\(name)")
            for line in written {
                #expect(line.unicodeScalars.count < CommandLineTool.helpColumns, "\(name): \(line)")
                #expect(shown.contains(line), "\(name): \(line)")
            }
        }
    }
}
