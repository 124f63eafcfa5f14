// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing of it reaches a user of Postern. It compiles the rooms again, through the links
// `Rooms` and `Cases`, because a fuzz target's whole program is instrumented, and because the reference, the generators
// and the cases belong to no product.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

/// A room of Postern, with the arrows that the root's `Package.swift` gives it.
func room(_ name: String, _ rooms: [String] = [], uses products: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: rooms.map { .byName(name: $0) } + products, path: "Rooms/\(name)",
        swiftSettings: settings)
}

let package = Package(
    name: "postern-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CJansson", path: "Rooms/CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .target(name: "CPrefetch", path: "Rooms/CPrefetch"),
        room("JSONDocument", ["CJansson"]),
        room("PolicyModel"),
        room("PolicySyntax", ["JSONDocument", "PolicyModel"]),
        room("DecisionTree", ["CPrefetch", "PolicyModel"]),
        room("PolicyCompiler", ["PolicyModel", "DecisionTree"]),
        room("Authorizer", ["PolicyModel", "DecisionTree"]),
        room("PolicyReference", ["PolicyModel"]),
        room("PolicyGenerators", ["PolicyModel"]),
        room("WireProtocol", ["PolicyModel", "DecisionTree"]),
        room(
            "Directory", ["PolicyModel", "DecisionTree", "Authorizer", "PolicyCompiler", "PolicySyntax"],
            uses: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ]),
        .target(
            name: "PolicyCases",
            dependencies: [
                "JSONDocument", "PolicyModel", "PolicySyntax", "PolicyReference", "PolicyGenerators", "Directory",
            ],
            path: "Cases", resources: [.copy("Cases")], swiftSettings: settings),
        .executableTarget(
            name: "postern-fuzz",
            dependencies: [
                "JSONDocument", "PolicyModel", "PolicySyntax", "DecisionTree", "PolicyCompiler", "Authorizer",
                "PolicyReference", "PolicyGenerators", "WireProtocol", "Directory", "PolicyCases",
            ],
            swiftSettings: settings),
    ]
)
