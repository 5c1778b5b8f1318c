// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";
import "./Wrapper.sol";

/// Two tokens, a constant product, 0.3 % per swap; its own token is the share in it.
contract Pool is Token {
    Token public immutable token0;
    Token public immutable token1;
    uint256 public reserve0;
    uint256 public reserve1;

    event Mint(address indexed sender, uint256 amount0, uint256 amount1);
    event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);
    event Swap(
        address indexed sender,
        uint256 amount0In,
        uint256 amount1In,
        uint256 amount0Out,
        uint256 amount1Out,
        address indexed to
    );
    event Sync(uint256 reserve0, uint256 reserve1);

    constructor(Token token0_, Token token1_, string memory name_, string memory symbol_)
        Token(name_, symbol_, 18, 0, address(0))
    {
        token0 = token0_;
        token1 = token1_;
    }

    function mint(address to) external returns (uint256 liquidity) {
        uint256 amount0 = token0.balanceOf(address(this)) - reserve0;
        uint256 amount1 = token1.balanceOf(address(this)) - reserve1;
        if (totalSupply == 0) {
            liquidity = _root(amount0 * amount1);
        } else {
            uint256 by0 = amount0 * totalSupply / reserve0;
            uint256 by1 = amount1 * totalSupply / reserve1;
            liquidity = by0 < by1 ? by0 : by1;
        }
        _mint(to, liquidity);
        sync();
        emit Mint(msg.sender, amount0, amount1);
    }

    /// Burns the shares that have been sent here and pays their part of both reserves.
    function burn(address to) external returns (uint256 amount0, uint256 amount1) {
        uint256 liquidity = balanceOf[address(this)];
        amount0 = liquidity * reserve0 / totalSupply;
        amount1 = liquidity * reserve1 / totalSupply;
        _burn(address(this), liquidity);
        token0.transfer(to, amount0);
        token1.transfer(to, amount1);
        sync();
        emit Burn(msg.sender, amount0, amount1, to);
    }

    /// Sells what has been sent here.
    function swap(address to) external returns (uint256 amountOut) {
        uint256 in0 = token0.balanceOf(address(this)) - reserve0;
        uint256 in1 = token1.balanceOf(address(this)) - reserve1;
        require((in0 == 0) != (in1 == 0), "Pool: one side");
        if (in0 > 0) {
            amountOut = _out(in0, reserve0, reserve1);
            token1.transfer(to, amountOut);
            emit Swap(msg.sender, in0, 0, 0, amountOut, to);
        } else {
            amountOut = _out(in1, reserve1, reserve0);
            token0.transfer(to, amountOut);
            emit Swap(msg.sender, 0, in1, amountOut, 0, to);
        }
        sync();
    }

    /// Takes what has been sent here into the reserves.
    function sync() public {
        reserve0 = token0.balanceOf(address(this));
        reserve1 = token1.balanceOf(address(this));
        emit Sync(reserve0, reserve1);
    }

    function _out(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) private pure returns (uint256) {
        uint256 afterFee = amountIn * 997;
        return afterFee * reserveOut / (reserveIn * 1000 + afterFee);
    }

    function _root(uint256 y) private pure returns (uint256 z) {
        if (y == 0) return 0;
        z = y;
        uint256 x = y / 2 + 1;
        while (x < z) {
            z = x;
            x = (y / x + x) / 2;
        }
    }
}

/// Trades with pools for people, and wraps and unwraps the native coin for them.
contract Router {
    Wrapper public immutable wrapper;

    constructor(Wrapper wrapper_) {
        wrapper = wrapper_;
    }

    receive() external payable {
        require(msg.sender == address(wrapper), "Router: not for payments");
    }

    function addLiquidity(Pool pool, uint256 amount0, uint256 amount1, address to) external returns (uint256) {
        pool.token0().transferFrom(msg.sender, address(pool), amount0);
        pool.token1().transferFrom(msg.sender, address(pool), amount1);
        return pool.mint(to);
    }

    function removeLiquidity(Pool pool, uint256 liquidity, address to) external {
        pool.transferFrom(msg.sender, address(pool), liquidity);
        pool.burn(to);
    }

    /// For pools whose first token is the wrapped native coin: pays it out unwrapped.
    function removeLiquidityNative(Pool pool, uint256 liquidity, address to) external {
        pool.transferFrom(msg.sender, address(pool), liquidity);
        (uint256 amountNative, uint256 amountToken) = pool.burn(address(this));
        pool.token1().transfer(to, amountToken);
        wrapper.withdraw(amountNative);
        _pay(to, amountNative);
    }

    function swapTokens(Pool pool, Token tokenIn, uint256 amountIn, uint256 minOut, address to) external {
        tokenIn.transferFrom(msg.sender, address(pool), amountIn);
        require(pool.swap(to) >= minOut, "Router: slippage");
    }

    function swapForNative(Pool pool, Token tokenIn, uint256 amountIn, uint256 minOut, address to) external {
        tokenIn.transferFrom(msg.sender, address(pool), amountIn);
        uint256 amountOut = pool.swap(address(this));
        require(amountOut >= minOut, "Router: slippage");
        wrapper.withdraw(amountOut);
        _pay(to, amountOut);
    }

    function swapNative(Pool pool, uint256 minOut, address to) external payable {
        wrapper.deposit{value: msg.value}();
        wrapper.transfer(address(pool), msg.value);
        require(pool.swap(to) >= minOut, "Router: slippage");
    }

    function _pay(address to, uint256 amount) private {
        (bool sent,) = to.call{value: amount}("");
        require(sent, "Router: refused");
    }
}
