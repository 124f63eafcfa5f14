/// The store that `postern init` writes: a small company that shares documents.
///
/// Each file is as a person would write it, for this is where most people first read a policy; a test loads the store
/// and asks every question that `init` prints.
enum ExampleStore {
    /// The one account of the example.
    static let account = "111122223333"

    /// One file of the store.
    struct File {
        /// Relative to the store.
        let path: String
        /// The whole text, ending in a newline.
        let text: String
    }

    /// Every file, in the order in which they are best read.
    static let files: [File] = [
        File(path: "README.md", text: readme),
        File(path: "accounts/\(account)/account.json", text: accountSettings),
        File(path: "accounts/\(account)/users/admin.json", text: admin),
        File(path: "accounts/\(account)/users/alice.json", text: alice),
        File(path: "accounts/\(account)/users/bob.json", text: bob),
        File(path: "accounts/\(account)/groups/editors.json", text: editors),
        File(path: "accounts/\(account)/roles/ReportBot.json", text: reportBot),
        File(path: "accounts/\(account)/policies/Administrator.json", text: administrator),
        File(path: "accounts/\(account)/policies/DocumentEditor.json", text: documentEditor),
        File(path: "accounts/\(account)/policies/DocumentViewer.json", text: documentViewer),
        File(path: "accounts/\(account)/policies/OfficeOnly.json", text: officeOnly),
        File(path: "accounts/\(account)/policies/ViewerBoundary.json", text: viewerBoundary),
        File(path: "accounts/\(account)/resources/2026-plan.json", text: plan),
        File(path: "accounts/\(account)/resources/security-review.json", text: securityReview),
    ]
}

extension ExampleStore {
    private static let accountSettings = """
        {
          "AccountAliases": ["paper-and-ink"],
          "RootUser": "disabled"
        }

        """

    private static let admin = """
        {
          "UserName": "admin",
          "Path": "/",
          "AttachedManagedPolicies": [
            {"PolicyName": "Administrator", "PolicyArn": "arn:aws:iam::111122223333:policy/Administrator"}
          ]
        }

        """

    private static let alice = """
        {
          "UserName": "alice",
          "Path": "/",
          "Tags": [
            {"Key": "department", "Value": "engineering"},
            {"Key": "office", "Value": "berlin"}
          ],
          "GroupList": ["editors"],
          "UserPolicyList": [
            {
              "PolicyName": "PublishOwnBlog",
              "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                  "Sid": "PublishOwnBlog",
                  "Effect": "Allow",
                  "Action": "docs:Publish",
                  "Resource": "arn:aws:docs:::blog/alice/*"
                }
              }
            }
          ]
        }

        """

    private static let bob = """
        {
          "UserName": "bob",
          "Path": "/",
          "Tags": [
            {"Key": "department", "Value": "sales"}
          ],
          "UserPolicyList": [
            {
              "PolicyName": "Wiki",
              "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                  "Sid": "MoreThanTheBoundaryLetsThrough",
                  "Effect": "Allow",
                  "Action": "docs:*",
                  "Resource": "arn:aws:docs:::wiki/*"
                }
              }
            }
          ],
          "AttachedManagedPolicies": [
            {"PolicyName": "DocumentViewer", "PolicyArn": "arn:aws:iam::111122223333:policy/DocumentViewer"}
          ],
          "PermissionsBoundary": {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/ViewerBoundary"
          }
        }

        """

    private static let editors = """
        {
          "GroupName": "editors",
          "Path": "/",
          "AttachedManagedPolicies": [
            {"PolicyName": "DocumentEditor", "PolicyArn": "arn:aws:iam::111122223333:policy/DocumentEditor"},
            {"PolicyName": "OfficeOnly", "PolicyArn": "arn:aws:iam::111122223333:policy/OfficeOnly"}
          ]
        }

        """

    private static let reportBot = """
        {
          "RoleName": "ReportBot",
          "Path": "/service/",
          "Description": "Writes the weekly reports. Its sessions are arn:aws:sts::111122223333:assumed-role/ReportBot/NAME.",
          "MaxSessionDuration": 3600,
          "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": {
              "Sid": "AdminsStartTheBot",
              "Effect": "Allow",
              "Principal": {"AWS": "arn:aws:iam::111122223333:user/admin"},
              "Action": "sts:AssumeRole"
            }
          },
          "RolePolicyList": [
            {
              "PolicyName": "WeeklyReports",
              "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                  "Sid": "WriteWeeklyReports",
                  "Effect": "Allow",
                  "Action": ["docs:Read", "docs:Edit"],
                  "Resource": "arn:aws:docs:::report/weekly-*"
                }
              }
            }
          ]
        }

        """
}

extension ExampleStore {
    private static let administrator = """
        {
          "Version": "2012-10-17",
          "Statement": {
            "Sid": "Everything",
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*"
          }
        }

        """

    private static let documentEditor = """
        {
          "PolicyName": "DocumentEditor",
          "Path": "/",
          "Description": "Editors work on the documents of their own department, and own their home folder.",
          "DefaultVersionId": "v1",
          "PolicyVersionList": [
            {
              "VersionId": "v1",
              "IsDefaultVersion": true,
              "Document": {
                "Version": "2012-10-17",
                "Statement": [
                  {
                    "Sid": "FindDocuments",
                    "Effect": "Allow",
                    "Action": "docs:List",
                    "Resource": "*"
                  },
                  {
                    "Sid": "EditOwnDepartment",
                    "Effect": "Allow",
                    "Action": ["docs:Read", "docs:Edit", "docs:Comment", "docs:Delete"],
                    "Resource": "arn:aws:docs:::report/*",
                    "Condition": {
                      "StringEquals": {"aws:ResourceTag/department": "${aws:PrincipalTag/department}"}
                    }
                  },
                  {
                    "Sid": "OwnHomeFolder",
                    "Effect": "Allow",
                    "Action": "docs:*",
                    "Resource": "arn:aws:docs:::home/${aws:username}/*"
                  }
                ]
              }
            }
          ]
        }

        """

    private static let documentViewer = """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "FindDocuments",
              "Effect": "Allow",
              "Action": "docs:List",
              "Resource": "*"
            },
            {
              "Sid": "ReadReports",
              "Effect": "Allow",
              "Action": "docs:Read",
              "Resource": "arn:aws:docs:::report/*",
              "Condition": {
                "StringNotEquals": {"aws:ResourceTag/classification": "confidential"}
              }
            }
          ]
        }

        """

    private static let officeOnly = """
        {
          "PolicyName": "OfficeOnly",
          "Path": "/",
          "Description": "Confidential documents stay in the office network. A Deny wins over every Allow.",
          "DefaultVersionId": "v1",
          "PolicyVersionList": [
            {
              "VersionId": "v1",
              "IsDefaultVersion": true,
              "Document": {
                "Version": "2012-10-17",
                "Statement": {
                  "Sid": "ConfidentialStaysInTheOffice",
                  "Effect": "Deny",
                  "Action": "docs:*",
                  "Resource": "*",
                  "Condition": {
                    "StringEquals": {"aws:ResourceTag/classification": "confidential"},
                    "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}
                  }
                }
              }
            }
          ]
        }

        """

    private static let viewerBoundary = """
        {
          "PolicyName": "ViewerBoundary",
          "Path": "/",
          "Description": "As a permissions boundary: the most that viewers can ever do. By itself it grants nothing.",
          "DefaultVersionId": "v1",
          "PolicyVersionList": [
            {
              "VersionId": "v1",
              "IsDefaultVersion": true,
              "Document": {
                "Version": "2012-10-17",
                "Statement": {
                  "Sid": "ViewersLookAndComment",
                  "Effect": "Allow",
                  "Action": ["docs:List", "docs:Read", "docs:Comment"],
                  "Resource": "*"
                }
              }
            }
          ]
        }

        """

    private static let plan = """
        {
          "Resource": "arn:aws:docs:::report/2026-plan",
          "Tags": [
            {"Key": "department", "Value": "engineering"},
            {"Key": "classification", "Value": "internal"}
          ],
          "Policy": {
            "Version": "2012-10-17",
            "Statement": [
              {
                "Sid": "BobComments",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:user/bob"},
                "Action": "docs:Comment",
                "Resource": "arn:aws:docs:::report/2026-plan"
              },
              {
                "Sid": "NobodyDeletesThePlan",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "docs:Delete",
                "Resource": "arn:aws:docs:::report/2026-plan"
              }
            ]
          }
        }

        """

    private static let securityReview = """
        {
          "Resource": "arn:aws:docs:::report/security-review",
          "Tags": [
            {"Key": "department", "Value": "engineering"},
            {"Key": "classification", "Value": "confidential"}
          ]
        }

        """
}

extension ExampleStore {
    private static let readme = """
        # The policies of Paper & Ink

        A store of Postern: one JSON file an entity, in the shape that AWS IAM itself exports.
        Edit a file while `postern serve` runs, and the next question is answered by the new text.

        | file | holds |
        | --- | --- |
        | `accounts/111122223333/users/` | `admin`; `alice`, an editor; `bob`, a viewer with a permissions boundary |
        | `accounts/111122223333/groups/editors.json` | what every editor may do, by attached policies |
        | `accounts/111122223333/roles/ReportBot.json` | a role for a program, with its trust policy |
        | `accounts/111122223333/policies/` | managed policies: written once, attached to many |
        | `accounts/111122223333/resources/` | tags and policies of single documents |

        How an answer comes about:

        1. A matching `Deny` anywhere wins: `NobodyDeletesThePlan` holds for the administrator too.
        2. Otherwise something has to say `Allow`: a policy of the user, of its groups, or of the resource.
        3. A permissions boundary takes away what it does not allow: bob's `Wiki` policy says `docs:*`, his boundary
           leaves reading and commenting.
        4. `EditOwnDepartment` compares the tag of the document with the tag of whoever asks, so one policy serves
           every department.

        `postern check .` reads everything and names each mistake with its file, line and column. Files whose names do
        not end in `.json`, such as this one, are ignored. Keep the folder in git; try changes with `postern check` first.

        """
}
