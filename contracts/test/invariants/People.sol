// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Base} from "../Base.sol";

abstract contract People is Base {
    uint256 internal constant PEOPLE = 7;
    uint256 internal constant CHECKERS = 5;
    uint96 internal constant STAKE = 1e6;

    function personKey(uint256 i) internal pure returns (uint256) {
        return 0x9E0C0 + i % PEOPLE;
    }

    address[] private _people;

    constructor() {
        for (uint256 i; i < PEOPLE; ++i) {
            _people.push(vm.addr(personKey(i)));
        }
    }

    /// The first are checkers, the last two providers.
    function personAt(uint256 i) public view returns (address) {
        return _people[i % PEOPLE];
    }
}
