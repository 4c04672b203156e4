// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Base} from "../Base.sol";

/// What a campaign calls at random. It keeps the first expectation that did not hold, so that a failure says which it was.
abstract contract Handler is Base {
    /// Empty as long as everything is as expected.
    string public violation;

    function violated(string memory what) internal {
        if (bytes(violation).length == 0) violation = what;
    }
}
