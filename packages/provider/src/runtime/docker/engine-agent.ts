import { Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { inspect } from 'node:util'

/** What Node's agents and clients have between them, without a type of its own. */
interface AddRequest {
  addRequest(request: ClientRequest, options: object): void
}

/**
 * Fails a call whose answer is cut off. The client library waits for an answer's end alone, so that a call that an engine
 * had begun to answer when it died (waiting for a container, above all) would never settle.
 */
class EngineAgent extends Agent {
  addRequest(request: ClientRequest, options: object): void {
    request.once('response', (response: IncomingMessage) => {
      response.once('close', () => {
        if (response.complete) return
        const cut = new Error('the engine went away in the middle of an answer')
        request.emit('error', Object.assign(cut, { code: 'ECONNRESET' }))
      })
    })
    ;(Agent.prototype as unknown as AddRequest).addRequest.call(this, request, options)
  }

  /**
   * docker-modem describes the options of every call for a debug line, read or not, and so all that they lead to: through
   * the agent, each open connection. With a hundred containers that alone took three quarters of a core.
   */
  [inspect.custom](): string {
    return 'EngineAgent'
  }
}

export function createEngineAgent(): Agent {
  return new EngineAgent()
}
