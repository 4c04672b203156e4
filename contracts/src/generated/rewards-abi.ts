// Written by `npm run generate -w contracts`; do not edit.
export const rewardsAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "owner_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token_",
    "type": "address",
    "internalType": "contract NetworkToken"
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
    "name": "parameters_",
    "type": "tuple",
    "internalType": "struct Rewards.Parameters",
    "components": [
     {
      "name": "challengeSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "maxReportAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "challengeBond",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   },
   {
    "name": "schedule_",
    "type": "tuple",
    "internalType": "struct Emission.Schedule",
    "components": [
     {
      "name": "first",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "halving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "capacityShareIdleBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "capacityShareFullBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorHalving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "scarcityCapBps",
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
  "name": "EMISSION_CAP",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
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
  "name": "allowedEmission",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "classes",
    "type": "tuple[]",
    "internalType": "struct ClassUse[]",
    "components": [
     {
      "name": "class_",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "utilisationBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "targetBps",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "capacity",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "delivery",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "bonds",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract ChallengeBonds"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "challenge",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "claim",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "cumulative",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "proof",
    "type": "bytes32[]",
    "internalType": "bytes32[]"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "claimBatch",
  "inputs": [
   {
    "name": "claims",
    "type": "tuple[]",
    "internalType": "struct Claim[]",
    "components": [
     {
      "name": "account",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "cumulative",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "proof",
      "type": "bytes32[]",
      "internalType": "bytes32[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "claimed",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "drop",
  "inputs": [],
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
  "name": "finalize",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "hashReport",
  "inputs": [
   {
    "name": "report",
    "type": "tuple",
    "internalType": "struct EpochReport",
    "components": [
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "root",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "capacity",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "delivery",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   },
   {
    "name": "classes",
    "type": "tuple[]",
    "internalType": "struct ClassUse[]",
    "components": [
     {
      "name": "class_",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "utilisationBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "targetBps",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   },
   {
    "name": "challenger",
    "type": "address",
    "internalType": "address"
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
  "name": "lastFinalEpoch",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint64",
    "internalType": "uint64"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "leafOf",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "cumulative",
    "type": "uint256",
    "internalType": "uint256"
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
    "internalType": "struct Rewards.Parameters",
    "components": [
     {
      "name": "challengeSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "maxReportAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "challengeBond",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "pending",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct Rewards.Pending",
    "components": [
     {
      "name": "status",
      "type": "uint8",
      "internalType": "enum Rewards.ReportStatus"
     },
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "challengeUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "challenger",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "amount",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "bond",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "root",
      "type": "bytes32",
      "internalType": "bytes32"
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
  "name": "propose",
  "inputs": [
   {
    "name": "report",
    "type": "tuple",
    "internalType": "struct EpochReport",
    "components": [
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "root",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "capacity",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "delivery",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   },
   {
    "name": "classes",
    "type": "tuple[]",
    "internalType": "struct ClassUse[]",
    "components": [
     {
      "name": "class_",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "utilisationBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "targetBps",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   },
   {
    "name": "quorum",
    "type": "tuple",
    "internalType": "struct Quorum",
    "components": [
     {
      "name": "checkers",
      "type": "address[]",
      "internalType": "address[]"
     },
     {
      "name": "stakes",
      "type": "uint96[]",
      "internalType": "uint96[]"
     },
     {
      "name": "signatures",
      "type": "bytes[]",
      "internalType": "bytes[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "refreshPayout",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
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
  "name": "root",
  "inputs": [],
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
  "name": "schedule",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct Emission.Schedule",
    "components": [
     {
      "name": "first",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "halving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "capacityShareIdleBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "capacityShareFullBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorHalving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "scarcityCapBps",
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
  "name": "setParameters",
  "inputs": [
   {
    "name": "parameters_",
    "type": "tuple",
    "internalType": "struct Rewards.Parameters",
    "components": [
     {
      "name": "challengeSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "maxReportAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "challengeBond",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setSchedule",
  "inputs": [
   {
    "name": "schedule_",
    "type": "tuple",
    "internalType": "struct Emission.Schedule",
    "components": [
     {
      "name": "first",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "halving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "capacityShareIdleBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "capacityShareFullBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorHalving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "scarcityCapBps",
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
  "name": "token",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract NetworkToken"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "totalEmitted",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint256",
    "internalType": "uint256"
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
  "name": "uphold",
  "inputs": [
   {
    "name": "report",
    "type": "tuple",
    "internalType": "struct EpochReport",
    "components": [
     {
      "name": "epoch",
      "type": "uint64",
      "internalType": "uint64"
     },
     {
      "name": "root",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "capacity",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "delivery",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   },
   {
    "name": "classes",
    "type": "tuple[]",
    "internalType": "struct ClassUse[]",
    "components": [
     {
      "name": "class_",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "weightBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "utilisationBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "targetBps",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   },
   {
    "name": "quorum",
    "type": "tuple",
    "internalType": "struct Quorum",
    "components": [
     {
      "name": "checkers",
      "type": "address[]",
      "internalType": "address[]"
     },
     {
      "name": "stakes",
      "type": "uint96[]",
      "internalType": "uint96[]"
     },
     {
      "name": "signatures",
      "type": "bytes[]",
      "internalType": "bytes[]"
     }
    ]
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "event",
  "name": "Claimed",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "to",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
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
    "name": "parameters",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct Rewards.Parameters",
    "components": [
     {
      "name": "challengeSeconds",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "committeeSize",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "maxReportAgeEpochs",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "challengeBond",
      "type": "uint96",
      "internalType": "uint96"
     }
    ]
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ReportChallenged",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "challenger",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ReportDropped",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "root",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ReportFinal",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "root",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "emitted",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ReportProposed",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "indexed": true,
    "internalType": "uint64"
   },
   {
    "name": "root",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "capacity",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "delivery",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "challengeUntil",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ScheduleSet",
  "inputs": [
   {
    "name": "schedule",
    "type": "tuple",
    "indexed": false,
    "internalType": "struct Emission.Schedule",
    "components": [
     {
      "name": "first",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "halving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "capacityShareIdleBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "capacityShareFullBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "floorHalving",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "scarcityCapBps",
      "type": "uint32",
      "internalType": "uint32"
     }
    ]
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "ChallengeOpen",
  "inputs": [
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "ChallengeOver",
  "inputs": [
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "ClassTargetZero",
  "inputs": [
   {
    "name": "class_",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "ClassWeightTooHigh",
  "inputs": [
   {
    "name": "class_",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "weightBps",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "mostBps",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ClassWeightsTooHigh",
  "inputs": [
   {
    "name": "sum",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ClassesNotSorted",
  "inputs": [
   {
    "name": "class_",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "EmissionCapReached",
  "inputs": [
   {
    "name": "total",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "cap",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EmissionTooHigh",
  "inputs": [
   {
    "name": "asked",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "allowed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EpochOutOfOrder",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   },
   {
    "name": "last",
    "type": "uint64",
    "internalType": "uint64"
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
  "name": "NothingToClaim",
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
  "name": "ProofInvalid",
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
  "name": "QuorumMissing",
  "inputs": [
   {
    "name": "signatures",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "committee",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ReportNotChallenged",
  "inputs": []
 },
 {
  "type": "error",
  "name": "ReportNotPending",
  "inputs": []
 },
 {
  "type": "error",
  "name": "ReportStands",
  "inputs": [
   {
    "name": "epoch",
    "type": "uint64",
    "internalType": "uint64"
   }
  ]
 },
 {
  "type": "error",
  "name": "ReportTooOld",
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
    "name": "maxReportAgeEpochs",
    "type": "uint32",
    "internalType": "uint32"
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
  "name": "ScheduleInvalid",
  "inputs": []
 },
 {
  "type": "error",
  "name": "SignatureCountWrong",
  "inputs": [
   {
    "name": "signatures",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "committee",
    "type": "uint256",
    "internalType": "uint256"
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
 }
] as const
