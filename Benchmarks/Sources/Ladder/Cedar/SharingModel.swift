import PolicyModel

/// An application whose users share things: N users, N groups and N things of each kind, and chance says who may do what.
///
/// After the words of Cutler et al., "Cedar: A New Language for Expressive, Fast, Safe, and Analyzable Authorization"
/// (OOPSLA 2024), whose evaluation has three of them; the models are our own.
struct SharingModel {
    /// Who gets something: a user or a group by number.
    enum Holder: Hashable {
        case user(Int)
        case group(Int)

        var name: String {
            switch self {
            case .user(let number): "user\(number)"
            case .group(let number): "group\(number)"
            }
        }
    }

    /// One thing given to a holder: a role on a thing, or on a container and all in it.
    struct Grant: Hashable {
        var holder: Holder
        var role: Int
        var thing: Thing
    }

    /// A thing or a container of things.
    enum Thing: Hashable {
        case item(Int)
        case container(Int)
    }

    /// A role, weakest first; each may do what those before it may.
    struct Role {
        var name: String
        var actions: [String]
    }

    var name: String
    var service: String
    var roles: [Role]
    var size: Int
    /// The groups of each user, those above them included.
    var groupsOfUser: [Set<Int>] = []
    /// The groups directly above each group; an edge always leads to a smaller number.
    var parentsOfGroup: [Set<Int>] = []
    /// The containers of each item, those above them included.
    var containersOfItem: [Set<Int>] = []
    var parentsOfContainer: [Set<Int>] = []
    var grants: Set<Grant> = []
    /// Items that everybody may read, with the weakest role.
    var publicItems: Set<Int> = []

    /// Of a hundred possible edges, how many there are; the paper's is 5.
    private static let edgePercent = 5

    /// A document store like Google Drive: documents in folders, viewers and owners, some documents public.
    static func gdrive(_ size: Int) -> SharingModel {
        SharingModel(
            "gdrive", service: "drive",
            roles: [
                Role(name: "viewer", actions: ["drive:View"]),
                Role(name: "owner", actions: ["drive:Edit", "drive:Share", "drive:Delete"]),
            ], size, containers: true, publicPercent: 5)
    }

    /// A forge like GitHub: repositories, teams within teams, five roles.
    static func github(_ size: Int) -> SharingModel {
        SharingModel(
            "github", service: "forge",
            roles: [
                Role(name: "read", actions: ["forge:Pull", "forge:Fork"]),
                Role(name: "triage", actions: ["forge:EditIssue", "forge:AssignIssue"]),
                Role(name: "write", actions: ["forge:Push"]),
                Role(name: "maintain", actions: ["forge:DeleteIssue"]),
                Role(name: "admin", actions: ["forge:AddReader", "forge:AddWriter", "forge:AddAdmin"]),
            ], size, containers: false, publicPercent: 0)
    }

    /// Task lists with readers, editors and an owner.
    static func tinytodo(_ size: Int) -> SharingModel {
        SharingModel(
            "tinytodo", service: "todo",
            roles: [
                Role(name: "reader", actions: ["todo:GetList"]),
                Role(name: "editor", actions: ["todo:CreateTask", "todo:UpdateTask", "todo:DeleteTask"]),
                Role(name: "owner", actions: ["todo:UpdateList", "todo:DeleteList", "todo:EditShares"]),
            ], size, containers: false, publicPercent: 0)
    }

    static func all(_ size: Int) -> [SharingModel] { [gdrive(size), github(size), tinytodo(size)] }

    private init(
        _ name: String, service: String, roles: [Role], _ size: Int, containers: Bool, publicPercent: Int
    ) {
        self.name = name
        self.service = service
        self.roles = roles
        self.size = size
        var numbers = SeededNumbers(seed: Rung.seed &+ UInt64(size))
        func edges(_ count: Int) -> Set<Int> {
            Set((0..<count).filter { _ in numbers.chance(percent: Self.edgePercent) })
        }
        parentsOfGroup = (0..<size).map { edges($0) }
        groupsOfUser = (0..<size).map { _ in Self.closure(edges(size), parentsOfGroup) }
        parentsOfContainer = (0..<(containers ? size : 0)).map { edges($0) }
        containersOfItem = (0..<size).map { _ in
            containers ? Self.closure(edges(size), parentsOfContainer) : []
        }
        for holder in (0..<size).flatMap({ [Holder.user($0), .group($0)] }) {
            for item in edges(size) {
                grants.insert(Grant(holder: holder, role: numbers.below(roles.count), thing: .item(item)))
            }
            for container in edges(containers ? size : 0) {
                grants.insert(Grant(holder: holder, role: 0, thing: .container(container)))
            }
        }
        publicItems = Set((0..<size).filter { _ in numbers.chance(percent: publicPercent) })
    }

    private static func closure(_ start: Set<Int>, _ parents: [Set<Int>]) -> Set<Int> {
        var all = start
        // Edges lead to smaller numbers, so one pass from the top sees everything.
        for number in stride(from: parents.count - 1, through: 0, by: -1) where all.contains(number) {
            all.formUnion(parents[number])
        }
        return all
    }

    // MARK: Meaning

    /// What the application says, by walking the grants: neither Postern nor Cedar has a part in it.
    func isAllowed(user: Int, action: String, item: Int) -> Bool {
        guard let needed = roles.firstIndex(where: { $0.actions.contains(action) }) else { return false }
        if needed == 0, publicItems.contains(item) { return true }
        let holders = [Holder.user(user)] + groupsOfUser[user].map { .group($0) }
        let things = [Thing.item(item)] + containersOfItem[item].map { .container($0) }
        return holders.contains { holder in
            things.contains { thing in
                (needed..<roles.count).contains { role in
                    grants.contains(Grant(holder: holder, role: role, thing: thing))
                }
            }
        }
    }

    /// So many questions of which chance says who, what and on what.
    func questions(_ count: Int) -> [(user: Int, action: String, item: Int)] {
        var numbers = SeededNumbers(seed: Rung.seed)
        let actions = roles.flatMap(\.actions)
        return (0..<count).map { _ in (numbers.below(size), numbers.pick(actions), numbers.below(size)) }
    }
}
