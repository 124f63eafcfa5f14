internal import Directory

/// What the files of one reading share.
struct ReadingShare {
    let names = ReferenceNames()
    let texts = UnparsedTexts()
    /// Called with every file that was parsed; what it gives stands for the file from then on.
    var prepare: (EntityFile) -> EntityFile = { $0 }

    func prepared(_ reading: EntityReading) -> EntityReading {
        if case .good(let file) = reading { .good(prepare(file)) } else { reading }
    }
}

extension ReadingShare {
    /// Documents are compiled as they are read, and not kept: they take several times the room of their texts.
    init(preparing builder: SnapshotBuilder) {
        self.init { file in builder.prepare(file) ? file.withoutDocuments : file }
    }
}

extension SnapshotBuilder {
    /// Compiles the documents of a file ahead; whether that could be done.
    func prepare(_ file: EntityFile) -> Bool {
        file.entity.identityPolicies.allSatisfy { prepare($0, isResourcePolicy: false) }
            && file.entity.resourcePolicies.allSatisfy { prepare($0, isResourcePolicy: true) }
    }
}
