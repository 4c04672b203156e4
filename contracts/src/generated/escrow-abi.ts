// Written by `npm run generate -w contracts`; do not edit.
export const escrowAbi = [
 {
  "type": "constructor",
  "inputs": [
   {
    "name": "owner_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "payouts_",
    "type": "address",
    "internalType": "contract IPayouts"
   },
   {
    "name": "treasury_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "treasuryFeeBps_",
    "type": "uint16",
    "internalType": "uint16"
   },
   {
    "name": "noticePeriod_",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "MAX_NOTICE_PERIOD",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "MAX_TREASURY_FEE_BPS",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "UNLOCK_DELAY",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint32",
    "internalType": "uint32"
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
  "name": "accrued",
  "inputs": [
   {
    "name": "a",
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
  "name": "allowToken",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "allowed",
    "type": "bool",
    "internalType": "bool"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "balanceOf",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
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
  "name": "cancel",
  "inputs": [
   {
    "name": "salt",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "channel",
  "inputs": [
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
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct Channel",
    "components": [
     {
      "name": "collateral",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "redeemed",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "unlockAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "treasuryFeeBps",
      "type": "uint16",
      "internalType": "uint16"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "channelSigner",
  "inputs": [
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
    "name": "token",
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
  "name": "close",
  "inputs": [
   {
    "name": "a",
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
  "name": "closeBatch",
  "inputs": [
   {
    "name": "agreements",
    "type": "tuple[]",
    "internalType": "struct Agreement[]",
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
  "outputs": [
   {
    "name": "closed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "collectFees",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "creditByProvider",
  "inputs": [
   {
    "name": "a",
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
    "name": "creditSeconds",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "providerSig",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "creditByVerdict",
  "inputs": [
   {
    "name": "a",
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
    "name": "creditSeconds",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "deposit",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "depositFor",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "depositWithAuthorization",
  "inputs": [
   {
    "name": "from",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "validAfter",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "validBefore",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "nonce",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "v",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "r",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "s",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "depositWithPermit",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "deadline",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "v",
    "type": "uint8",
    "internalType": "uint8"
   },
   {
    "name": "r",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "s",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "domainSeparator",
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
  "name": "earningsOf",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
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
  "name": "feesOwed",
  "inputs": [
   {
    "name": "token",
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
  "name": "fundChannel",
  "inputs": [
   {
    "name": "provider",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
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
  "name": "fundedUntil",
  "inputs": [
   {
    "name": "a",
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
  "name": "giveNotice",
  "inputs": [
   {
    "name": "a",
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
  "name": "guardian",
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
  "name": "hashAgreement",
  "inputs": [
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
  "name": "hashVoucher",
  "inputs": [
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
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "total",
    "type": "uint96",
    "internalType": "uint96"
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
  "name": "lease",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "state",
    "type": "tuple",
    "internalType": "struct LeaseState",
    "components": [
     {
      "name": "status",
      "type": "uint8",
      "internalType": "enum LeaseStatus"
     },
     {
      "name": "openedAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "treasuryFeeBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "noticePeriod",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "toppedUp",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "paid",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "creditSeconds",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "noticeEndsAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "endedAt",
      "type": "uint40",
      "internalType": "uint40"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "leaseIdOf",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "salt",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "outputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "pure"
 },
 {
  "type": "function",
  "name": "leaseView",
  "inputs": [
   {
    "name": "a",
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
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct LeaseView",
    "components": [
     {
      "name": "leaseId",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "status",
      "type": "uint8",
      "internalType": "enum LeaseStatus"
     },
     {
      "name": "openedAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "fundedUntil",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "noticeEndsAt",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "treasuryFeeBps",
      "type": "uint16",
      "internalType": "uint16"
     },
     {
      "name": "creditSeconds",
      "type": "uint32",
      "internalType": "uint32"
     },
     {
      "name": "deposit",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "accrued",
      "type": "uint256",
      "internalType": "uint256"
     },
     {
      "name": "paid",
      "type": "uint256",
      "internalType": "uint256"
     }
    ]
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "newLeasesPaused",
  "inputs": [],
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
  "name": "noticePeriod",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "open",
  "inputs": [
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
    "name": "tenantSig",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "providerSig",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "openBatch",
  "inputs": [
   {
    "name": "agreements",
    "type": "tuple[]",
    "internalType": "struct Agreement[]",
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
    "name": "tenantSigs",
    "type": "bytes[]",
    "internalType": "bytes[]"
   },
   {
    "name": "providerSigs",
    "type": "bytes[]",
    "internalType": "bytes[]"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "openGang",
  "inputs": [
   {
    "name": "agreements",
    "type": "tuple[]",
    "internalType": "struct Agreement[]",
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
    "name": "tenantSig",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "providerSigs",
    "type": "bytes[]",
    "internalType": "bytes[]"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "operatorLimit",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [
   {
    "name": "",
    "type": "tuple",
    "internalType": "struct OperatorLimit",
    "components": [
     {
      "name": "ratePerHourCap",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "remaining",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "until",
      "type": "uint40",
      "internalType": "uint40"
     },
     {
      "name": "openRatePerHour",
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
  "name": "pauseNewLeases",
  "inputs": [],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "payouts",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "address",
    "internalType": "contract IPayouts"
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
  "name": "redeem",
  "inputs": [
   {
    "name": "provider",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "voucher",
    "type": "tuple",
    "internalType": "struct Voucher",
    "components": [
     {
      "name": "tenant",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "total",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "r",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "vs",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "paid",
    "type": "uint96",
    "internalType": "uint96"
   }
  ],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "redeemBatch",
  "inputs": [
   {
    "name": "provider",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "vouchers",
    "type": "tuple[]",
    "internalType": "struct Voucher[]",
    "components": [
     {
      "name": "tenant",
      "type": "address",
      "internalType": "address"
     },
     {
      "name": "total",
      "type": "uint96",
      "internalType": "uint96"
     },
     {
      "name": "r",
      "type": "bytes32",
      "internalType": "bytes32"
     },
     {
      "name": "vs",
      "type": "bytes32",
      "internalType": "bytes32"
     }
    ]
   }
  ],
  "outputs": [
   {
    "name": "paid",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
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
  "name": "requestUnlock",
  "inputs": [
   {
    "name": "provider",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setChannelSigner",
  "inputs": [
   {
    "name": "provider",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "signer",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setGuardian",
  "inputs": [
   {
    "name": "guardian_",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setNoticePeriod",
  "inputs": [
   {
    "name": "seconds_",
    "type": "uint32",
    "internalType": "uint32"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setOperator",
  "inputs": [
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "ratePerHourCap",
    "type": "uint96",
    "internalType": "uint96"
   },
   {
    "name": "totalCap",
    "type": "uint96",
    "internalType": "uint96"
   },
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "setTreasury",
  "inputs": [
   {
    "name": "treasury_",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "treasuryFeeBps_",
    "type": "uint16",
    "internalType": "uint16"
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
  "name": "settle",
  "inputs": [
   {
    "name": "a",
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
    "name": "amount",
    "type": "uint96",
    "internalType": "uint96"
   },
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   },
   {
    "name": "tenantSig",
    "type": "bytes",
    "internalType": "bytes"
   },
   {
    "name": "providerSig",
    "type": "bytes",
    "internalType": "bytes"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "tokenAllowed",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
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
  "name": "topUp",
  "inputs": [
   {
    "name": "a",
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
  "name": "topUpAsOperator",
  "inputs": [
   {
    "name": "a",
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
  "name": "treasuryFeeBps",
  "inputs": [],
  "outputs": [
   {
    "name": "",
    "type": "uint16",
    "internalType": "uint16"
   }
  ],
  "stateMutability": "view"
 },
 {
  "type": "function",
  "name": "unlock",
  "inputs": [
   {
    "name": "provider",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "unpauseNewLeases",
  "inputs": [],
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
  "type": "function",
  "name": "withdraw",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "withdrawFor",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   }
  ],
  "outputs": [],
  "stateMutability": "nonpayable"
 },
 {
  "type": "function",
  "name": "withdrawLease",
  "inputs": [
   {
    "name": "a",
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
  "type": "event",
  "name": "AgreementCancelled",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "salt",
    "type": "bytes32",
    "indexed": false,
    "internalType": "bytes32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ChannelFunded",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
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
    "name": "collateral",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ChannelSignerSet",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "signer",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ChannelUnlockRequested",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "unlockAt",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "ChannelUnlocked",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "returned",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Deposited",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "from",
    "type": "address",
    "indexed": false,
    "internalType": "address"
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
  "name": "FeesCollected",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "treasury",
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
  "name": "GuardianSet",
  "inputs": [
   {
    "name": "guardian",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaseClosed",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "paidToProvider",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "fees",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "refunded",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "reason",
    "type": "uint8",
    "indexed": false,
    "internalType": "enum CloseReason"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaseCredited",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "creditSeconds",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaseNoticeGiven",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "noticeEndsAt",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaseOpened",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "agreement",
    "type": "tuple",
    "indexed": false,
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
    "name": "fundedUntil",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   },
   {
    "name": "treasuryFeeBps",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaseToppedUp",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
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
    "name": "fundedUntil",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "LeaseWithdrawn",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "paidToProvider",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "indexerFee",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "treasuryFee",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "NewLeasesPausedSet",
  "inputs": [
   {
    "name": "paused",
    "type": "bool",
    "indexed": false,
    "internalType": "bool"
   },
   {
    "name": "by",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "NoticePeriodSet",
  "inputs": [
   {
    "name": "seconds_",
    "type": "uint32",
    "indexed": false,
    "internalType": "uint32"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "OperatorSet",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "operator",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "ratePerHourCap",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "totalCap",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   },
   {
    "name": "until",
    "type": "uint40",
    "indexed": false,
    "internalType": "uint40"
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
  "name": "ProviderPenalised",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "indexed": true,
    "internalType": "bytes32"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "penalty",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "TokenAllowed",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "allowed",
    "type": "bool",
    "indexed": false,
    "internalType": "bool"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "TreasurySet",
  "inputs": [
   {
    "name": "treasury",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   },
   {
    "name": "treasuryFeeBps",
    "type": "uint16",
    "indexed": false,
    "internalType": "uint16"
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
  "type": "event",
  "name": "VoucherRedeemed",
  "inputs": [
   {
    "name": "tenant",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "provider",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   },
   {
    "name": "total",
    "type": "uint96",
    "indexed": false,
    "internalType": "uint96"
   }
  ],
  "anonymous": false
 },
 {
  "type": "event",
  "name": "Withdrawn",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "indexed": true,
    "internalType": "address"
   },
   {
    "name": "amount",
    "type": "uint256",
    "indexed": false,
    "internalType": "uint256"
   },
   {
    "name": "to",
    "type": "address",
    "indexed": false,
    "internalType": "address"
   }
  ],
  "anonymous": false
 },
 {
  "type": "error",
  "name": "AgreementExpired",
  "inputs": [
   {
    "name": "startBy",
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
  "name": "AgreementInvalid",
  "inputs": [
   {
    "name": "field",
    "type": "string",
    "internalType": "string"
   }
  ]
 },
 {
  "type": "error",
  "name": "AgreementMismatch",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   }
  ]
 },
 {
  "type": "error",
  "name": "CreditOutOfRange",
  "inputs": [
   {
    "name": "creditSeconds",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "standing",
    "type": "uint32",
    "internalType": "uint32"
   },
   {
    "name": "elapsed",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "FeesTooHigh",
  "inputs": [
   {
    "name": "indexerFeeBps",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "treasuryFeeBps",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "InsufficientBalance",
  "inputs": [
   {
    "name": "account",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "needed",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "available",
    "type": "uint256",
    "internalType": "uint256"
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
  "name": "LeaseEnded",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "fundedUntil",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "LeaseExists",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "status",
    "type": "uint8",
    "internalType": "enum LeaseStatus"
   }
  ]
 },
 {
  "type": "error",
  "name": "LeaseNotOpen",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "status",
    "type": "uint8",
    "internalType": "enum LeaseStatus"
   }
  ]
 },
 {
  "type": "error",
  "name": "LeaseStillFunded",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "fundedUntil",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "LengthMismatch",
  "inputs": [
   {
    "name": "a",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "b",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "NewLeasesPaused",
  "inputs": []
 },
 {
  "type": "error",
  "name": "NotAuthorised",
  "inputs": [
   {
    "name": "caller",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "expected",
    "type": "address",
    "internalType": "address"
   }
  ]
 },
 {
  "type": "error",
  "name": "NoticeAlreadyGiven",
  "inputs": [
   {
    "name": "leaseId",
    "type": "bytes32",
    "internalType": "bytes32"
   },
   {
    "name": "noticeEndsAt",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "OperatorExpired",
  "inputs": [
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "until",
    "type": "uint40",
    "internalType": "uint40"
   }
  ]
 },
 {
  "type": "error",
  "name": "OperatorRateExceeded",
  "inputs": [
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "needed",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "cap",
    "type": "uint96",
    "internalType": "uint96"
   }
  ]
 },
 {
  "type": "error",
  "name": "OperatorTotalExceeded",
  "inputs": [
   {
    "name": "operator",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "needed",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "remaining",
    "type": "uint96",
    "internalType": "uint96"
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
  "name": "ParameterOutOfRange",
  "inputs": [
   {
    "name": "name",
    "type": "string",
    "internalType": "string"
   },
   {
    "name": "value",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "max",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "PayoutNotSet",
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
  "name": "ReentrancyGuardReentrantCall",
  "inputs": []
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
  "name": "SettlementExpired",
  "inputs": [
   {
    "name": "until",
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
  "name": "SettlementOutOfRange",
  "inputs": [
   {
    "name": "amount",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "paid",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "accrued",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "SignatureInvalid",
  "inputs": [
   {
    "name": "expectedSigner",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "recovered",
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
  "name": "TokenMovedOtherAmount",
  "inputs": [
   {
    "name": "token",
    "type": "address",
    "internalType": "address"
   },
   {
    "name": "expected",
    "type": "uint256",
    "internalType": "uint256"
   },
   {
    "name": "received",
    "type": "uint256",
    "internalType": "uint256"
   }
  ]
 },
 {
  "type": "error",
  "name": "TokenNotAllowed",
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
  "name": "UnlockNotRequested",
  "inputs": []
 },
 {
  "type": "error",
  "name": "UnlockTooEarly",
  "inputs": [
   {
    "name": "unlockAt",
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
