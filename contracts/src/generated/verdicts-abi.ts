// Written by `npm run generate -w contracts`; do not edit.
export const verdictsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "owner_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "epochs_",
    "type": "address",
    "internalType": "contract Epochs"
   },
   {
    "name": "registry_",
    "type": "address",
    "internalType": "contract INodeRegistry"
   },
   {
    "name": "escrow_",
    "type": "address",
    "internalType": "contract IEscrow"
   },
   {
    "name": "token_",
    "type": "address",
    "internalType": "contract IERC20"
   },
   {
    "name": "treasury_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "parameters_",
    "type": "tuple",
    "internalType": "struct VerdictParameters",
    "components": [
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "commitSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "revealSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "appealSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "jailSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "slashAmount",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "appealBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "maxCaseAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     }
    ]
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "MAX_COMMITTEE",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint8",
    "internalType": "uint8"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "acceptOwnership",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "appeal",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "checkers",
    "type": "address[]",
    "internalType": "address[]"
   },
   {
    "name": "stakes",
    "type": "uint96[]",
    "internalType": "uint96[]"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "caseIdOf",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum CaseKind"
   },
   {
    "name": "target",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "caseOf",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct Case",
    "components": [
     {
      "name": "status",
      "type": "uint8",
      "internalType": "enum CaseStatus"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum CaseKind"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "accused",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "target",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "statement",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "appealed",
      "type": "bool",
      "internalType": "bool"
     },
     {
      "name": "appellant",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "commitUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "revealUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "appealUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "votesAgainst",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "value",
      "type": "uint32",
      "internalType": "uint32"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "commitVote",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "commitment",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "committeeOf",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "address[]",
    "internalType": "address[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "decide",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "eip712Domain",
  "inputs": [],
  "outputs": [
   {
    "name": "fields",
    "type": "bytes1",
    "internalType": "bytes1"
   },
   {
    "name": "name",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "version",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "chainId",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "verifyingContract",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "salt",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "extensions",
    "type": "uint256[]",
    "internalType": "uint256[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "epochs",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract Epochs"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "escrow",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IEscrow"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "executeAgainstNode",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "executeOutage",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "agreement",
    "type": "tuple",
    "internalType": "struct Agreement",
    "components": [
     {
      "name": "tenant",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "provider",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "indexer",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "token",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "ratePerHour",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "deposit",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "maxDuration",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "indexerFeeBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "termsHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "startBy",
      "type": "uint40",
      "internalType": "uint40"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "hashStatement",
  "inputs": [
   {
    "name": "statement",
    "type": "tuple",
    "internalType": "struct Statement",
    "components": [
     {
      "name": "node",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum CaseKind"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "subject",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "content",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "openAgainstNode",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "kind",
    "type": "uint8",
    "internalType": "enum CaseKind"
   },
   {
    "name": "accused",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "statement",
    "type": "tuple",
    "internalType": "struct Statement",
    "components": [
     {
      "name": "node",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum CaseKind"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "subject",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "content",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   },
   {
    "name": "signature",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "checkers",
    "type": "address[]",
    "internalType": "address[]"
   },
   {
    "name": "stakes",
    "type": "uint96[]",
    "internalType": "uint96[]"
   }
  ],
  "outputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "openOutage",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "agreement",
    "type": "tuple",
    "internalType": "struct Agreement",
    "components": [
     {
      "name": "tenant",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "provider",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "indexer",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "token",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "ratePerHour",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "deposit",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "maxDuration",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "indexerFeeBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "termsHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "startBy",
      "type": "uint40",
      "internalType": "uint40"
     }
    ]
   },
   {
    "name": "checkers",
    "type": "address[]",
    "internalType": "address[]"
   },
   {
    "name": "stakes",
    "type": "uint96[]",
    "internalType": "uint96[]"
   }
  ],
  "outputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "owner",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "parameters",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct VerdictParameters",
    "components": [
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "commitSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "revealSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "appealSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "jailSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "slashAmount",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "appealBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "maxCaseAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "pendingOwner",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "proveEquivocation",
  "inputs": [
   {
    "name": "a",
    "type": "tuple",
    "internalType": "struct Statement",
    "components": [
     {
      "name": "node",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum CaseKind"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "subject",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "content",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   },
   {
    "name": "signatureA",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "b",
    "type": "tuple",
    "internalType": "struct Statement",
    "components": [
     {
      "name": "node",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum CaseKind"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "subject",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "content",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   },
   {
    "name": "signatureB",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "slashed",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "registry",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract INodeRegistry"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "renounceOwnership",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "revealVote",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "vote",
    "type": "tuple",
    "internalType": "struct Vote",
    "components": [
     {
      "name": "against",
      "type": "bool",
      "internalType": "bool"
     },
     {
      "name": "value",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "evidence",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "statement",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setParameters",
  "inputs": [
   {
    "name": "parameters_",
    "type": "tuple",
    "internalType": "struct VerdictParameters",
    "components": [
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "commitSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "revealSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "appealSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "jailSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "slashAmount",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "appealBond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "maxCaseAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "showStatement",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "statement",
    "type": "tuple",
    "internalType": "struct Statement",
    "components": [
     {
      "name": "node",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "kind",
      "type": "uint8",
      "internalType": "enum CaseKind"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "subject",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "content",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   },
   {
    "name": "signature",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "token",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IERC20"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "transferOwnership",
  "inputs": [
   {
    "name": "newOwner",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "treasury",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "voteCommitment",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "member",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "vote",
    "type": "tuple",
    "internalType": "struct Vote",
    "components": [
     {
      "name": "against",
      "type": "bool",
      "internalType": "bool"
     },
     {
      "name": "value",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "evidence",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "statement",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "salt",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "wasShown",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "statement",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "event",
  "name": "CaseAppealed",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "appellant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "committee",
    "type": "address[]",
    "indexed": false,
    "internalType": "address[]"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "CaseDecided",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "status",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum CaseStatus"
   },
   {
    "name": "votesAgainst",
    "type": "uint8",
    "indexed": false,
    "internalType": "uint8"
   },
   {
    "name": "value",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "statement",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "CaseExecuted",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "accused",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "slashed",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "CaseOpened",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "accused",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "kind",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum CaseKind"
   },
   {
    "name": "target",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "committee",
    "type": "address[]",
    "indexed": false,
    "internalType": "address[]"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EIP712DomainChanged",
  "inputs": [],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "EquivocationProved",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "kind",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum CaseKind"
   },
   {
    "name": "subject",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "slashed",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "OwnershipTransferStarted",
  "inputs": [
   {
    "name": "previousOwner",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "newOwner",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "OwnershipTransferred",
  "inputs": [
   {
    "name": "previousOwner",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "newOwner",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ParametersSet",
  "inputs": [
   {
    "name": "committeeSize",
    "type": "uint8",
    "indexed": false,
    "internalType": "uint8"
   },
   {
    "name": "commitSeconds",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   },
   {
    "name": "revealSeconds",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   },
   {
    "name": "appealSeconds",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   },
   {
    "name": "jailSeconds",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   },
   {
    "name": "slashAmount",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "appealBond",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "maxCaseAgeEpochs",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "StatementShown",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "statement",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "subject",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "content",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "VoteCommitted",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "VoteRevealed",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "member",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "against",
    "type": "bool",
    "indexed": false,
    "internalType": "bool"
   },
   {
    "name": "value",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   },
   {
    "name": "evidence",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "statement",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "AgreementNotTheTarget",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "target",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "AlreadyVoted",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "member",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "AppealClosed",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "AppealStillOpen",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "appealUntil",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "CaseExists",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "CaseInWrongState",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "status",
    "type": "uint8",
    "internalType": "enum CaseStatus"
   }
  ]
 },
 {
  "type": "error",
  "name": "CaseTooOld",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "currentEpoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "maxCaseAgeEpochs",
    "type": "uint32",
    "internalType": "uint32"
   }
  ]
 },
 {
  "type": "error",
  "name": "CommitClosed",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "EquivocationKnown",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "subject",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "InvalidShortString",
  "inputs": []
 },
 {
  "type": "error",
  "name": "LeaseTooYoung",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "openedAt",
    "type": "uint40",
    "internalType": "uint40"
   },
   {
    "name": "epochStart",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoEquivocation",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotActiveChecker",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotOnCommittee",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "OwnableInvalidOwner",
  "inputs": [
   {
    "name": "owner",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "OwnableUnauthorizedAccount",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "ParameterInvalid",
  "inputs": [
   {
    "name": "name",
    "type": "string",
    "internalType": "string"
   }
  ]
 },
 {
  "type": "error",
  "name": "RevealClosed",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "SafeERC20FailedOperation",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "StatementSignatureInvalid",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "StringTooLong",
  "inputs": [
   {
    "name": "str",
    "type": "string",
    "internalType": "string"
   }
  ]
 },
 {
  "type": "error",
  "name": "TargetNotANode",
  "inputs": [
   {
    "name": "target",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "VoteMismatch",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "member",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "VotingNotOver",
  "inputs": [
   {
    "name": "caseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 }
] as const
