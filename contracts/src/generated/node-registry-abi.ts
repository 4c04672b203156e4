// Written by `npm run generate -w contracts`; do not edit.
export const nodeRegistryAbi = [
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
    "internalType": "contract IERC20"
   },
   {
    "name": "unbondingPeriod_",
    "type": "uint40",
    "internalType": "uint40"
   },
   {
    "name": "slashedStakeTaker_",
    "type": "address",
    "internalType": "address"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "MAX_CHECKERS",
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
  "name": "MAX_ENDPOINT_BYTES",
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
  "name": "acceptOwnership",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "checkers",
  "inputs": [],
  "outputs": [
   {
    "name": "addresses",
    "type": "address[]",
    "internalType": "address[]"
   },
   {
    "name": "stakes",
    "type": "uint96[]",
    "internalType": "uint96[]"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "hasRole",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
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
  "type": "function",
  "name": "isActive",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
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
  "type": "function",
  "name": "jail",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   },
   {
    "name": "reason",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "leaveRole",
  "inputs": [
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "leaveRoleFor",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "minimumStake",
  "inputs": [
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
   },
   {
    "name": "capacity",
    "type": "uint32",
    "internalType": "uint32"
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
  "name": "node",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct Node",
    "components": [
     {
      "name": "payout",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "roles",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "jailedUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "capacity",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "stake",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "unbonding",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "unbondsAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "publicKey",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "metadataHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "endpoint",
      "type": "string",
      "internalType": "string"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "nodeCount",
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
  "name": "nodesPage",
  "inputs": [
   {
    "name": "offset",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "limit",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [
   {
    "name": "addresses",
    "type": "address[]",
    "internalType": "address[]"
   },
   {
    "name": "page",
    "type": "tuple[]",
    "internalType": "struct Node[]",
    "components": [
     {
      "name": "payout",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "roles",
      "type": "uint8",
      "internalType": "uint8"
     },
     {
      "name": "jailedUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "capacity",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "stake",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "unbonding",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "unbondsAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "publicKey",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "metadataHash",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "endpoint",
      "type": "string",
      "internalType": "string"
     }
    ]
   }
  ],
  "stateMutability": "view"
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
  "name": "payoutOf",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   }
  ],
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
  "name": "register",
  "inputs": [
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
   },
   {
    "name": "endpoint",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "publicKey",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "payout",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "metadataHash",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
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
  "name": "requestUnstake",
  "inputs": [
   {
    "name": "amount",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "requestUnstakeFor",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "rewards",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IPayoutKeeper"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "setMinimumStake",
  "inputs": [
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
   },
   {
    "name": "base",
    "type": "uint96",
    "internalType": "uint96"
   },
   {
    "name": "perCapacity",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setPayout",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "payout",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setRewards",
  "inputs": [
   {
    "name": "rewards_",
    "type": "address",
    "internalType": "contract IPayoutKeeper"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setSlashedStakeTaker",
  "inputs": [
   {
    "name": "taker",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setVerdicts",
  "inputs": [
   {
    "name": "verdicts_",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "slash",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint96",
    "internalType": "uint96"
   },
   {
    "name": "reason",
    "type": "bytes32",
    "internalType": "bytes32"
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
  "name": "slashedStakeTaker",
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
  "name": "stake",
  "inputs": [
   {
    "name": "amount",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "stakeFor",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint96",
    "internalType": "uint96"
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
  "name": "unbondingPeriod",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint40",
    "internalType": "uint40"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "unstake",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "unstakeFor",
  "inputs": [
   {
    "name": "node_",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "update",
  "inputs": [
   {
    "name": "endpoint",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "publicKey",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "metadataHash",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "capacity",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "verdicts",
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
  "type": "event",
  "name": "Jailed",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "until",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   },
   {
    "name": "reason",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "MinimumStakeSet",
  "inputs": [
   {
    "name": "role",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Role"
   },
   {
    "name": "base",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "perCapacity",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "NodeRegistered",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Role"
   },
   {
    "name": "endpoint",
    "type": "string",
    "indexed": false,
    "internalType": "string"
   },
   {
    "name": "publicKey",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "payout",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   },
   {
    "name": "metadataHash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "NodeUpdated",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "endpoint",
    "type": "string",
    "indexed": false,
    "internalType": "string"
   },
   {
    "name": "publicKey",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "metadataHash",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   },
   {
    "name": "capacity",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
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
  "name": "PayoutSet",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "payout",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "RewardsSet",
  "inputs": [
   {
    "name": "rewards",
    "type": "address",
    "indexed": false,
    "internalType": "contract IPayoutKeeper"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "RoleLeft",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "indexed": true,
    "internalType": "enum Role"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Slashed",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "reason",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "SlashedStakeTakerSet",
  "inputs": [
   {
    "name": "taker",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Staked",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "from",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "stake",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "UnstakeRequested",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "unbondsAt",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Unstaked",
  "inputs": [
   {
    "name": "node",
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
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "VerdictsSet",
  "inputs": [
   {
    "name": "verdicts",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "CheckerSetFull",
  "inputs": [
   {
    "name": "lowest",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "lowestStake",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "offered",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "EndpointInvalid",
  "inputs": [
   {
    "name": "length",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotPayoutOwner",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "owner",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NotRegistered",
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
  "name": "NotSlasher",
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
  "name": "NothingUnbonding",
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
  "name": "PublicKeyMissing",
  "inputs": []
 },
 {
  "type": "error",
  "name": "RoleAlreadyHeld",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
   }
  ]
 },
 {
  "type": "error",
  "name": "RoleNotHeld",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "role",
    "type": "uint8",
    "internalType": "enum Role"
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
  "name": "StakeExceeded",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "asked",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "stake",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "StakeTooLow",
  "inputs": [
   {
    "name": "node",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "stake",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "needed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "StillUnbonding",
  "inputs": [
   {
    "name": "unbondsAt",
    "type": "uint40",
    "internalType": "uint40"
   },
   {
    "name": "nowSeconds",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "ZeroAddress",
  "inputs": []
 },
 {
  "type": "error",
  "name": "ZeroAmount",
  "inputs": []
 }
] as const
