internal import PolicyModel
public import PolicySyntax

extension PolicyRules {
    /// The rules for documents that questions bring along: keys and partitions are those of the store.
    public init(_ directory: Directory) {
        self.init()
        declaredKeys = directory.declaredKeys
        if let partitions = directory.organization?.partitions { self.partitions = Set(partitions).union(["aws"]) }
    }
}
