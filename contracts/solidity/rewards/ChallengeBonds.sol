// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Where the bonds of challengers lie, apart from the rewards; only the rewards contract, which makes it, pays them out
contract ChallengeBonds {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    address public immutable rewards;

    error NotRewards(address caller, address rewards);

    constructor(IERC20 token_) {
        (token, rewards) = (token_, msg.sender);
    }

    function pay(address to, uint256 amount) external {
        if (msg.sender != rewards) revert NotRewards(msg.sender, rewards);
        token.safeTransfer(to, amount);
    }
}
