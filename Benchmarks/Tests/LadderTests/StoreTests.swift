import Authorizer
import Directory
import PolicyModel
import Testing

@testable import Ladder

@Suite("The ladder's stores")
struct StoreTests {
    private static let rungs: [Rung] = [.small, .medium, .large, .extraLarge, .awkward, .growth(1_000)]

    @Test("the same seed makes the same store", arguments: rungs)
    func repeats(_ rung: Rung) throws {
        let (one, other) = (try rung.store(divisor: 200), try rung.store(divisor: 200))
        #expect(one.directory == other.directory)
        #expect(one.questions == other.questions)
        #expect(!one.questions.isEmpty)
    }

    @Test(
        "every principal is asked about, and some are allowed and some not",
        arguments: [(Rung.small, 1), (.medium, 60), (.large, 100), (.extraLarge, 400)])
    func asks(_ rung: Rung, divisor: Int) throws {
        let store = try rung.store(divisor: divisor)
        let principals = store.directory.users.count + store.directory.roles.count
        #expect(Set(store.questions.map(\.principal)).count == principals)
        var decider = try Decider.ready(store)
        let check = try decider.check()
        #expect(check.allowed > 0 && check.allowed < check.sample)
    }

    @Test("rung S has the numbers that are written down")
    func small() throws {
        let directory = try Rung.small.store().directory
        #expect(directory.users.count == 40)
        #expect(directory.groups.count == 5)
        #expect(directory.roles.count == 80)
        #expect(directory.policies.count == 84)
    }

    @Test("a wrong answer is told")
    func wrongAnswer() throws {
        var store = try Rung.small.store(divisor: 10)
        let right = try Decider.ready(store).snapshot
        for key in store.directory.policies.keys {
            let nothing = Document(
                version: .v2012,
                statements: [Statement(effect: .deny, action: .action(["*"]), resource: .resource(["*"]))])
            store.directory.policies[key]?.source = StoreBuilder.source(nothing, "x")
        }
        var decider = Decider(store, right)
        #expect(throws: BenchmarkFailure.self) { try decider.check() }
    }

    @Test("a model says the same in both styles", arguments: [5, 12])
    func models(_ size: Int) throws {
        for model in SharingModel.all(size) {
            let expected = model.questions(200).map {
                model.isAllowed(user: $0.user, action: $0.action, item: $0.item)
            }
            #expect(expected.contains(true) && expected.contains(false))
            for style in SharingStyle.allCases {
                var decider = try Decider.ready(try model.store(style, questions: 200))
                for (index, isAllowed) in expected.enumerated() {
                    #expect(try (decider.decide(index).decision == .allowed) == isAllowed, "\(model.name) \(style)")
                }
            }
        }
    }
}
