// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

abstract contract Mintable is ERC20 {
    constructor() ERC20("Hostile", "BAD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// Takes a hundredth on the way.
contract FeeToken is Mintable {
    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && to != address(0)) {
            super._update(from, address(0xFEE), value / 100);
            value -= value / 100;
        }
        super._update(from, to, value);
    }
}

/// Takes everything its receiver held before.
contract SwallowingToken is Mintable {
    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && to != address(0)) super._update(to, address(0xFEE), balanceOf(to));
        super._update(from, to, value);
    }
}

/// Can take what everybody holds down, as a rebase does.
contract ShrinkingToken is Mintable {
    function shrink(address holder, uint256 amount) external {
        _burn(holder, amount);
    }
}

/// Refuses to move once told to.
contract RevertingToken is Mintable {
    error NoTransfers();

    bool public stuck;
    bool public silent;

    function setStuck(bool stuck_, bool silent_) external {
        (stuck, silent) = (stuck_, silent_);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (stuck && !silent) revert NoTransfers();
        if (stuck) return false;
        return super.transfer(to, value);
    }
}

/// Calls back into whoever moves it.
contract ReenteringToken is Mintable {
    address private _target;
    bytes private _data;
    bool public succeeded;

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (_target != address(0)) {
            address target = _target;
            _target = address(0);
            (succeeded,) = target.call(_data);
        }
    }
}
