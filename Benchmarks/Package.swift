// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what measuring needs never reaches a user of Postern.
let package = Package(
    name: "postern-benchmarks",
    dependencies: [
        .package(name: "postern", path: ".."),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    ],
    targets: [
        .target(name: "CMeasure", linkerSettings: [.linkedLibrary("jansson")]),
        .executableTarget(
            name: "postern-benchmarks",
            dependencies: [
                "CMeasure",
                .product(name: "PosternAuthorizer", package: "postern"),
                .product(name: "PosternSidecar", package: "postern"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .strictMemorySafety(),
                .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
    ]
)
