/**
 * A pole hinged on a cart that is pushed left (0) or right (1) fifty times a second (Barto, Sutton
 * & Anderson 1983, with the numbers of Gymnasium's CartPole-v1). Reward 1 a push until the pole
 * leans 12° or the cart is 2.4 m off; 500 are enough.
 */
export class CartPole {
  static readonly LIMIT = 500;
  /** Factors that bring the four observations to about one: what is small is hard to learn from. */
  static readonly SCALE: readonly number[] = [1 / 2.4, 0.5, 5, 0.5];
  /** Position (m), speed, angle (rad), angular speed. */
  state: readonly [number, number, number, number] = [0, 0, 0, 0];
  #pushes = 0;

  /**
   * Starts an episode near upright: each of `uniforms` in [0, 1) places one number within ±0.05.
   */
  reset(uniforms: ArrayLike<number>): void {
    const near = (i: number): number => 0.1 * (uniforms[i] as number) - 0.05;
    this.state = [near(0), near(1), near(2), near(3)];
    this.#pushes = 0;
  }

  /** Pushes once. `fell`: the pole is lost; `over`: it is, or 500 pushes are done. */
  push(action: number): { fell: boolean; over: boolean } {
    const [x, speed, angle, turn] = this.state;
    const force = action === 1 ? FORCE : -FORCE;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const pull = (force + POLE_MASS * HALF_LENGTH * turn ** 2 * sin) / MASS;
    const turning =
      (GRAVITY * sin - cos * pull) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * cos ** 2) / MASS));
    const speeding = pull - (POLE_MASS * HALF_LENGTH * turning * cos) / MASS;
    this.state = [
      x + SECONDS * speed,
      speed + SECONDS * speeding,
      angle + SECONDS * turn,
      turn + SECONDS * turning,
    ];
    this.#pushes++;
    const fell = Math.abs(this.state[0]) > 2.4 || Math.abs(this.state[2]) > (12 * Math.PI) / 180;
    return { fell, over: fell || this.#pushes >= CartPole.LIMIT };
  }
}

const GRAVITY = 9.8;
const POLE_MASS = 0.1;
const MASS = 1.1;
const HALF_LENGTH = 0.5;
const FORCE = 10;
const SECONDS = 0.02;
