// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title The network's token: stake and votes
/// @notice The supply never passes `CAP`. Only the minter (the rewards contract) makes more, and it has a cap of its own.
contract NetworkToken is ERC20, ERC20Permit, ERC20Votes, Ownable2Step {
    /// One billion tokens.
    uint256 public constant CAP = 1_000_000_000e18;

    address public minter;

    event MinterSet(address minter);

    error NotMinter(address caller, address minter);
    error CapExceeded(uint256 supply, uint256 cap);

    /// @param initialSupply base units (18 decimals), given to `holder`
    constructor(address owner_, address holder, uint256 initialSupply)
        ERC20("Sublet", "SUBL")
        ERC20Permit("Sublet")
        Ownable(owner_)
    {
        if (initialSupply > CAP) revert CapExceeded(initialSupply, CAP);
        _mint(holder, initialSupply);
    }

    function setMinter(address minter_) external onlyOwner {
        minter = minter_;
        emit MinterSet(minter_);
    }

    function mint(address to, uint256 amount) external {
        if (msg.sender != minter) revert NotMinter(msg.sender, minter);
        if (totalSupply() + amount > CAP) revert CapExceeded(totalSupply() + amount, CAP);
        _mint(to, amount);
    }

    /// @notice Votes are counted by the second: block numbers of a layer 2 are not its own.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner_) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner_);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
