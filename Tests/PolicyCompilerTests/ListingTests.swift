import DecisionTree
import PolicyModel
import Testing

@testable import PolicyCompiler

@Suite("Listing")
struct ListingTests {
    /// The example of the page "The compiled format".
    @Test("prints a document as its page shows it")
    func example() throws {
        let range = Condition(
            operator: ConditionOperator(base: .ipAddress), key: "aws:SourceIp", values: ["10.0.0.0/8"])
        let document = Document(
            version: .v2012,
            statements: [
                Statement(
                    effect: .allow, action: .action(["docs:Get*"]),
                    resource: .resource(["arn:aws:docs:::report/${aws:username}/*"]), conditions: [range]),
                Statement(effect: .deny, action: .action(["docs:Delete"]), resource: .resource(["*"])),
            ])
        let symbols = Symbols()
        let compiled = try DocumentCompiler(symbols: symbols).compile(document, completesARNs: true)
        let conditions = symbols.conditionWriter.storage()
        var listing = Listing(
            document: compiled.storage.image, conditions: conditions.image, actionNames: symbols.names.actions,
            serviceNames: symbols.names.services, keyNames: symbols.names.keys)
        #expect(
            listing.print() == """
                document statements=2 allow=1 deny=1
                  deny
                    action docs:delete
                      any resource
                        statement 1
                  allow
                    action `docs:get` then anything
                      resource `arn:aws:docs:::report/` then ${aws:username} `/` anyRun
                        statement 0
                          condition #0 comparison=16 flags=0 key=aws:sourceip values=1

                """)
        withExtendedLifetime(conditions) {}
    }
}
